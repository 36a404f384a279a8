//! IEX messages into operations on the books: quotes (TOPS), price levels (DEEP), trades, statuses.

use escapement_abi::MessageDisposition;
use escapement_codec::Entry;

use crate::book::{At, Book, Delivered};
use crate::counters::Counters;
use crate::iex::{Head, Message};
use crate::symbol_map::SymbolMap;

/// Takes one decoded message; its ticks and recentres go to `out`.
#[inline]
pub fn message(
    message: &Message,
    delivered: Delivered,
    map: &SymbolMap,
    book: &mut Book,
    counters: &mut Counters,
    out: &mut impl FnMut(Entry),
) -> MessageDisposition {
    use MessageDisposition as D;
    let mut slot = Slot { map, book, delivered, counters, out };
    match *message {
        Message::SystemEvent { event, time } => {
            let Slot { book, counters, out, .. } = slot;
            book.system_event(event, time, delivered, counters, out)
        }
        Message::SecurityDirectory { .. }
        | Message::RetailLiquidity { .. }
        | Message::OperationalHalt { .. }
        | Message::ShortSalePriceTest { .. }
        | Message::SecurityEvent { .. }
        | Message::OfficialPrice { .. }
        | Message::Auction { .. } => D::NotBookRelevant,
        Message::TradingStatus { head, .. } => slot.of(head, |mut at| at.status(head.code)),
        Message::TradeBreak { head, trade_id, .. } => {
            slot.of(head, |mut at| at.trade_break(trade_id as u64))
        }
        Message::Trade { head, size, price, .. } => {
            slot.of(head, |mut at| at.trade(price, u64::from(size)))
        }
        Message::Quote { head, bid_size, bid_price, ask_price, ask_size } => {
            let quote = |price, size| (size > 0).then_some((price, u64::from(size)));
            let tops = [quote(bid_price, bid_size), quote(ask_price, ask_size)];
            slot.of(head, |mut at| at.publish_quote(tops))
        }
        Message::PriceLevel { head, side, size, price } => slot.of(head, |mut at| {
            at.set_level(side, price, u64::from(size));
            if head.code & 1 == 0 {
                return D::EventOpen;
            }
            at.publish_best(None)
        }),
    }
}

struct Slot<'a, F> {
    map: &'a SymbolMap,
    book: &'a mut Book,
    delivered: Delivered,
    counters: &'a mut Counters,
    out: &'a mut F,
}

impl<F: FnMut(Entry)> Slot<'_, F> {
    #[inline]
    fn of(
        &mut self,
        head: Head,
        act: impl FnOnce(At<'_, F>) -> MessageDisposition,
    ) -> MessageDisposition {
        let Some(number) = self.map.slot(head.symbol) else {
            return MessageDisposition::Unmapped;
        };
        act(self.book.at(number, head.time, self.delivered, self.counters, self.out))
    }
}
